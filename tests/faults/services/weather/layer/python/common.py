import json


def answer(body):
    return {"statusCode": 200, "body": json.dumps(body)}
