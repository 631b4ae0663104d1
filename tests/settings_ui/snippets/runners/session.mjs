let user = null;

export const logIn = (other) => (user = other);

export async function currentUser() {
  return user;
}
