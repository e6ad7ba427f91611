import { save, type Product } from '../common/store';

async function main(event: { body: string }): Promise<{ statusCode: number }> {
  await save(JSON.parse(event.body) as Product);
  return { statusCode: 204 };
}

export { main };
