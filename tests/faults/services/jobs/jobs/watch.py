class Watch:
    def __call__(self, event, context):
        return event


handler = Watch()
