def _send(event, context):
    print(event["greeting"])


send = _send
