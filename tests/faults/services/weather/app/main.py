from common import answer


def forecast(event, context):
    return answer({"station": event["pathParameters"]["station"]})


def observe(event, context):
    return answer({"ok": True})
