export { stream as handler } from '../shared/store';
