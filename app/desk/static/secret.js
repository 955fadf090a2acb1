// Letters carry the secret after `#`, so that no log on the way has it; a form cannot read it there.
const secret = new URLSearchParams(location.hash.slice(1)).get('secret')
if (secret) {
  document.getElementById('secret').value = secret
  history.replaceState(null, '', location.pathname)
  document.getElementById('password').focus()
}
