"""What the function `fanout` does."""


def handler(event, context):
    for record in event.get("Records", []):
        print("fanout", record)
    return {"batchItemFailures": []}
