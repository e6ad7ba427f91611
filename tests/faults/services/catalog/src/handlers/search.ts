import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { find } from '../common/store';

export const handler = async (event: APIGatewayProxyEventV2) => {
  const term: string = event.queryStringParameters?.term ?? '';
  return { statusCode: 200, body: JSON.stringify(await find(term)) };
};
