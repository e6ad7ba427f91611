"""What the function `clicks` does."""


def handler(event, context):
    for record in event.get("Records", []):
        print("clicks", record)
    return {"batchItemFailures": []}
