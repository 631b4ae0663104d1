using System;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

public static class Servicebot
{
    private const string PortalId = "__PORTAL_ID__";
    private const string SecretKey = "__SECRET_KEY__"; // stays on the server

    // The identity is who your own session says is logged in, with an address that is verified.
    public static string Hash(string identity)
    {
        var key = Encoding.UTF8.GetBytes(SecretKey);
        var made = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(identity));
        return Convert.ToHexString(made).ToLowerInvariant();
    }

    // What the page needs, as JSON; by its defaults the serializer escapes "<", so it can stand
    // inside a script element.
    public static string Settings(string identity) => JsonSerializer.Serialize(
        new { portal_id = PortalId, __IDENTIFY_BY__ = identity, hash = Hash(identity) });
}
