// Say in the page when a passkey could not be used; the ceremony itself is django-allauth's script.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const fault = document.getElementById("passkey-fault");
  if (fault) fault.hidden = false;
});
