import { sizes } from 'sizes';

export const handler = async (event) => sizes.map((size) => `${event.key}-${size}`);
