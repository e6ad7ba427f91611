export const describe = ({ options }) => `for ${options.stage}`;
export const later = Promise.resolve(['a', 'b']);
export default { whole: true };
