export const sizes = [64, 256, 1024];
