export interface Product {
  id: string;
  name: string;
}

const products: Product[] = [];

export const find = async (term: string) => products.filter((it) => it.name.includes(term));
export const save = async (product: Product) => void products.push(product);
export const stream = async () => products;
