export { stream as handler } from '../common/store';
