import { find } from '../shared/store';

const run = async () => (await find('')).length;

export { run as handler };
