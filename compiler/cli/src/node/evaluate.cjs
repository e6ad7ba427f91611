// Evaluates a configuration that is a program and writes it as JSON. Run in the directory of the service, with the
// file, the file to write to, and the arguments of the command line.
//
// Writes {"value": ...} or {"error": {"what", "at", "help"}}. What the program prints goes where our messages go.

const [file, out] = process.argv.slice(1, 3);
const name = path.basename(file);
process.argv = [process.argv[0], 'slsc', ...process.argv.slice(3)];

function finish(result) {
  fs.writeFileSync(out, JSON.stringify(result));
  // Timers and connections that the program has left open would keep the process.
  process.exit(0);
}

async function evaluated() {
  const again = () => runAgain(file, out, ...process.argv.slice(2));
  const found = await load(file, again);
  if (path.extname(file) === '.ts') {
    const inner = (found && found.default) || found;
    return (inner && inner.__esModule && inner.default) || inner;
  }
  return types.isModuleNamespaceObject(found) ? found.default : found;
}

(async () => {
  const value = await evaluated();
  if (!isPlain(value)) {
    throw new Refusal(
      `\`${name}\` gives ${noun(value)} instead of a configuration`,
      'export the configuration itself, or a promise of it'
    );
  }
  let json;
  try {
    json = JSON.stringify(value);
  } catch (error) {
    throw new Refusal(
      `the configuration in \`${name}\` is no plain data: ${String(error.message).split('\n')[0]}`,
      'keep to strings, numbers, lists and objects that do not hold themselves'
    );
  }
  finish({ value: JSON.parse(json) });
})().catch((error) => finish({ error: refusal(error, name, path.dirname(file)) }));
