function handler(event) {
  return event.Records.map((record) => record.eventID);
}

exports.handler = handler;
