import json
import os


def handler(event, context):
    return json.dumps({"bucket": os.environ["BUCKET"], "kind": event.get("kind", "short")})
