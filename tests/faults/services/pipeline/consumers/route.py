"""What the function `route` does."""


def handler(event, context):
    for record in event.get("Records", []):
        print("route", record)
    return {"batchItemFailures": []}
