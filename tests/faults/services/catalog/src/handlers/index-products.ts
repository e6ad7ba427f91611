import { find } from '../common/store';

const run = async () => (await find('')).length;

export { run as handler };
