const portal = Servicebot.mount(element, { portal_id, email, hash });
portal.update({ email: other, hash: theirs }); // the page before is gone, with all that it knew
portal.destroy(); // the element is as it was
