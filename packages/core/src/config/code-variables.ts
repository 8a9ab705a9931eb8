/** Variables that make a program run other code than its command says, or fetch it from elsewhere; `*` is anything. */
const INJECTING: readonly string[] = [
  // What is found and loaded, whatever the program.
  ...['PATH', 'PATHEXT', 'COMSPEC', 'SHELL', 'HOME', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA', 'XDG_*'],
  ...['LD_*', 'DYLD_*', 'LIBPATH', 'SHLIB_PATH', 'GCONV_*', 'GLIBC_*', 'LOCPATH', 'NLSPATH'],
  ...['OPENSSL_*', 'SSL_CERT_*', 'GTK_*', 'GIO_*', 'QT_*', 'TCLLIBPATH'],
  // Shells, and the programs that others call.
  ...['BASH_*', 'ENV', 'SHELLOPTS', 'BASHOPTS', 'PS4', 'PROMPT_COMMAND', 'IFS', 'CDPATH', 'ZDOTDIR', 'FPATH'],
  ...['EDITOR', 'VISUAL', 'PAGER', 'MANPAGER', 'LESSOPEN', 'LESSCLOSE', 'BROWSER', 'VIMINIT', 'EXINIT'],
  ...['SSH_ASKPASS', 'SUDO_ASKPASS', 'GIT_*', 'DOCKER_*'],
  // JavaScript.
  ...['NODE_OPTIONS', 'NODE_PATH', 'NODE_REPL_*', 'NODE_EXTRA_CA_CERTS', 'NODE_TLS_*', 'NODE_V8_COVERAGE'],
  ...[
    'NODE_COMPILE_CACHE',
    'ELECTRON_*',
    'NPM_*',
    'NPX_*',
    'YARN_*',
    'PNPM_*',
    'COREPACK_*',
    'BUN_*',
    'DENO_*',
  ],
  ...['TS_NODE_*', 'TSX_*', 'BABEL_*'],
  // Python.
  ...['PYTHON*', 'VIRTUAL_ENV', 'CONDA_*', 'UV_*', 'UVX_*', 'PIP_*', 'PIPX_*', 'POETRY_*'],
  // Others.
  ...['PERL*', 'RUBY*', 'GEM_*', 'BUNDLE_*', 'PHPRC', 'PHP_*', 'LUA_*', 'R_*'],
  ...['JAVA_*', '_JAVA_OPTIONS', 'JDK_*', 'CLASSPATH', 'MAVEN_*', 'GRADLE_*'],
  ...['DOTNET_*', 'CORECLR_*', 'COR_*', 'COMPLUS_*'],
  ...['ERL_*', 'ELIXIR_*', 'GO*', 'RUSTC*', 'RUSTFLAGS', 'RUSTUP_*', 'CARGO_*', 'CC', 'CXX', 'MAKEFLAGS'],
]

/** Of these, what only says how something is printed or named, and who somebody is. */
const HARMLESS: readonly string[] = [
  ...['PYTHONUNBUFFERED', 'PYTHONUTF8', 'PYTHONIOENCODING', 'PYTHONDONTWRITEBYTECODE', 'PYTHONHASHSEED'],
  ...['GIT_AUTHOR_*', 'GIT_COMMITTER_*', 'GIT_TERMINAL_PROMPT', 'GOOGLE_*', 'DOTNET_NOLOGO'],
  ...['*_TOKEN', '*_PASSWORD', '*_SECRET', '*_API_KEY', '*_AUTH', '*_AUTHTOKEN'],
]

const injecting = matcher(INJECTING)
const harmless = matcher(HARMLESS)

/**
 * Whether setting this variable may change which code a program runs: then an approval shows its value, whatever it looks
 * like, and the word of a host alone is not enough. On Windows names have no case, so they have none here.
 */
export function mayInjectCode(name: string, value: string): boolean {
  // The form in which bash hands functions to its children.
  if (value.trimStart().startsWith('()')) return true
  return injecting.test(name) && !harmless.test(name)
}

function matcher(names: readonly string[]): RegExp {
  return new RegExp(`^(?:${names.map((name) => name.replaceAll('*', '.*')).join('|')})$`, 'is')
}
