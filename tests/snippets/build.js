// Builds the page of one framework in a folder, with the framework's own compiler.
import { execFileSync } from "node:child_process";
import vue from "@vitejs/plugin-vue";
import { compile } from "svelte/compiler";
import { build } from "vite";

const [folder, name] = process.argv.slice(2);

const svelte = {
  name: "svelte",
  transform(code, id) {
    if (!id.endsWith(".svelte")) return null;
    const { js, warnings } = compile(code, { filename: id, generate: "client" });
    if (warnings.length) throw new Error(warnings.join("\n"));
    return js;
  },
};

function compileAngular() {
  const ngc = `${import.meta.dirname}/node_modules/.bin/ngc`;
  execFileSync(ngc, ["--project", folder], { stdio: "inherit" });
}

// Of a bundle that nobody else loads, neither its size nor the lost "use client" matters.
const how = {
  minify: false,
  chunkSizeWarningLimit: Infinity,
  rolldownOptions: { checks: { moduleLevelDirective: false } },
};

if (name === "angular") compileAngular();
await build({ root: folder, plugins: [vue(), svelte], build: how, logLevel: "warn" });
