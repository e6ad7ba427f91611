import functools


def logged(function):
    @functools.wraps(function)
    def inner(event, context):
        print(event)
        return function(event, context)

    return inner


@logged
def close_month(event, context):
    return {"ok": True}
