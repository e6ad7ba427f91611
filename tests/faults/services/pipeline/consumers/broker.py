"""What the function `broker` does."""


def handler(event, context):
    for record in event.get("Records", []):
        print("broker", record)
    return {"batchItemFailures": []}
