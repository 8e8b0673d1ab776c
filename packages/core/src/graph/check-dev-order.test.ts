import { expect, test } from "vitest";
import { checkDevOrder } from "./check-dev-order.ts";

const app = (name: string, ...dependsOn: readonly string[]) =>
  ({ kind: "app", name, path: ["apps", name], dev: { dependsOn } }) as never;
const service = (name: string, ...dependsOn: readonly string[]) =>
  ({ kind: "service", name, path: ["services", name], dev: { dependsOn } }) as never;

test("an order without circles is fine", () => {
  expect(checkDevOrder([app("web", "api", "db"), app("api", "db"), service("db")])).toEqual([]);
});

test("a name of nothing that runs is refused where it is written", () => {
  expect(checkDevOrder([app("web", "dbx"), service("db", "nothing")])).toEqual([
    {
      code: "config-invalid",
      path: ["apps", "web", "dev", "dependsOn", 0],
      message: 'names "dbx", which is no app and no service; did you mean "db"?',
    },
    {
      code: "config-invalid",
      path: ["services", "db", "dependsOn", 0],
      message: 'names "nothing", which is no app and no service',
    },
  ]);
});

test("containers that wait for each other are refused once", () => {
  expect(checkDevOrder([app("web", "api"), app("api", "db"), service("db", "web")])).toEqual([
    {
      code: "config-invalid",
      path: ["apps", "web", "dev", "dependsOn", 0],
      message: "waits for itself: web → api → db → web",
    },
  ]);
});
