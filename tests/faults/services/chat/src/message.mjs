export const say = async (event) => ({ statusCode: 200, body: event.body });
export const fallback = async () => ({ statusCode: 404 });
