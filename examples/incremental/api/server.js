import { createServer } from "node:http";
import connect from "connect";

const planets = ["Mercury", "Venus", "Earth", "Mars", "Jupiter", "Saturn", "Uranus", "Neptune"];

const app = connect();
app.use("/health", (_request, response) => answer(response, { status: "ok" }));
app.use("/planets", (_request, response) => answer(response, planets));

function answer(response, value) {
  response.setHeader("content-type", "application/json");
  response.end(`${JSON.stringify(value)}\n`);
}

const server = createServer(app).listen(process.env.PORT ?? 8080);
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    server.close();
    server.closeIdleConnections();
  });
}
