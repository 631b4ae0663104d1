<?php if ($user): ?>
<div id="servicebot-portal"></div>
<script>
  window.servicebotSettings = <?= servicebot_settings($user->__USER_IDENTITY__) ?>;
</script>
<script async src="__HOST__/embed/v1.js"></script>
<?php endif ?>
