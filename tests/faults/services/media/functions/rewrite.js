export default async function rewrite(event) {
  return event;
}

export { rewrite as handler };
