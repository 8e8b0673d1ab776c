import "./style.css";
import { toFahrenheit } from "./temperature.js";

const celsius = document.querySelector("#celsius");
const fahrenheit = document.querySelector("#fahrenheit");

function show() {
  fahrenheit.value = `${toFahrenheit(celsius.valueAsNumber).toFixed(1)} °F`;
}
celsius.addEventListener("input", show);
show();
