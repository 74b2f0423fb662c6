// Lets the Python that the tests start store its bytecode, as it does unless this variable is set, which containers often
// do: compiling moto takes a second of each start, and Pulumi's packages a third of one.
delete process.env.PYTHONDONTWRITEBYTECODE;
