export async function handler(event) {
  return { batchItemFailures: event.Records.filter((it) => !it.body).map((it) => ({ itemIdentifier: it.messageId })) };
}
