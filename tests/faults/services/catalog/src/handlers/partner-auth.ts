export function handler(event: { headers: Record<string, string> }) {
  return { isAuthorized: Boolean(event.headers['x-partner-key']) };
}
