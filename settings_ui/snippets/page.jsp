<div id="servicebot-portal"></div>
<script>
  window.servicebotSettings = <%= Servicebot.settings(identity) %>;
</script>
<script async src="__HOST__/embed/v1.js"></script>
