"""What the function `ingest` does."""


def handler(event, context):
    for record in event.get("Records", []):
        print("ingest", record)
    return {"batchItemFailures": []}
