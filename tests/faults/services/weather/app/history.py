from common import answer


def _history(event, context):
    return answer([])


handler = _history
