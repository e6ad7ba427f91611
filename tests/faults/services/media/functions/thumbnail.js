import { sizes } from '/opt/nodejs/lib/sizes.mjs';

export const handler = async (event) => sizes.map((size) => `${event.key}-${size}`);
