/** Variables by which interpreters, linkers, shells and git are made to load or run what somebody names. */
const loaders: readonly RegExp[] = [
  /^(?:LD|DYLD|GLIBC|GCONV)_/,
  /^(?:PATH|ENV|SHELL|IFS|PS4|PROMPT_COMMAND|SHELLOPTS|BASHOPTS|CDPATH|ZDOTDIR)$|^BASH_/,
  /^(?:NODE_OPTIONS|NODE_PATH|NODE_REPL_EXTERNAL_MODULE|NODE_EXTRA_CA_CERTS|ELECTRON_RUN_AS_NODE|TS_NODE_\w+)$/,
  /^(?:BUN_OPTIONS|BUN_INSPECT\w*|DENO_(?:DIR|CERT|TLS_CA_STORE))$/,
  /^(?:NPM|PNPM|YARN)_CONFIG_(?!.*(?:AUTH|PASSWORD))/,
  /^(?:PYTHON|PERL|RUBY|LUA_|PHP_|PHPRC|GEM_|BUNDLE_GEMFILE|VIRTUAL_ENV|UV_(?:INDEX|PYTHON|CONFIG)|PIP_(?:INDEX|CONFIG))/,
  /^(?:_?JAVA_(?:TOOL_)?OPTIONS|JDK_JAVA_OPTIONS|JAVA_OPTS|CLASSPATH|MAVEN_OPTS|GRADLE_OPTS)$/,
  /^(?:DOTNET_STARTUP_HOOKS|CORECLR_PROFILER\w*|COR_PROFILER\w*)$/,
  /^GIT_(?:SSH|SSH_COMMAND|EXEC_PATH|CONFIG\w*|ASKPASS|EDITOR|SEQUENCE_EDITOR|PAGER|EXTERNAL_DIFF|PROXY_COMMAND|TEMPLATE_DIR|DIR)$/,
  /^(?:SSH_ASKPASS|EDITOR|VISUAL|PAGER|BROWSER|LESSOPEN|LESSCLOSE|MANPAGER|OPENSSL_CONF|OPENSSL_MODULES|RUSTC_WRAPPER)$/,
]

/** Whether the value of a variable of this name can have code loaded or run, whatever program is started with it. */
export function isCodeVariable(name: string): boolean {
  return loaders.some((loader) => loader.test(name.toUpperCase()))
}
