// The products and how a price is written: used by this API, and by the services built on top of its image.
const products = [
  { id: "teapot", name: "Teapot", cents: 2450 },
  { id: "kettle", name: "Kettle", cents: 3900 },
  { id: "cup", name: "Cup & saucer", cents: 875 },
];

export function listProducts() {
  return products.map(withPrice);
}

export function findProduct(id) {
  const product = products.find((candidate) => candidate.id === id);
  return product === undefined ? undefined : withPrice(product);
}

function withPrice(product) {
  return { ...product, price: `${(product.cents / 100).toFixed(2)} EUR` };
}
