from .report import handler as report


async def _expired():
    return []


def run(event, context):
    """Removes what has expired."""
    return {"removed": 0, "report": report(event, context)}
