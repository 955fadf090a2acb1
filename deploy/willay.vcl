# Varnish before Willay: it keeps public answers until Willay purges them. See docs/caching.md.
# It needs varnish-modules (xkey and var).
vcl 4.1;

import std;
import var;
import xkey;

backend willay {
    .host = "127.0.0.1";
    .port = "8000";
    # `/v1/changes?wait=25` answers after 25 seconds.
    .first_byte_timeout = 60s;
    .probe = { .url = "/readyz"; .interval = 2s; .timeout = 1s; .window = 3; .threshold = 2; .initial = 2; }
}

# The machines on which `willay worker` (or `willay serve`) runs.
acl workers {
    "127.0.0.1";
    "::1";
}

sub vcl_recv {
    if (req.method == "PURGE") {
        if (client.ip !~ workers) {
            return (synth(405, "Not allowed"));
        }
        if (!req.http.Surrogate-Key || req.http.Willay-Sequence !~ "^\d+;epoch=") {
            return (synth(400, "Name keys and the place in the log"));
        }
        # The place is set first: from now on nothing older is kept. A restored store is another
        # epoch, whose numbers begin lower.
        if (regsub(req.http.Willay-Sequence, "^\d+;", "") != var.global_get("epoch")
            || std.integer(regsub(req.http.Willay-Sequence, ";.*", ""), 0)
                > std.integer(var.global_get("sequence"), 0)) {
            var.global_set("epoch", regsub(req.http.Willay-Sequence, "^\d+;", ""));
            var.global_set("sequence", regsub(req.http.Willay-Sequence, ";.*", ""));
        }
        set req.http.Purged = xkey.purge(req.http.Surrogate-Key);
        return (synth(200, "Purged " + req.http.Purged));
    }
    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }
    # Readers wait at /v1/changes for what is new, and what is authorised is nobody else's.
    if (req.http.Authorization || req.url ~ "^/v1/(admin|partner|preview|changes)\b") {
        return (pass);
    }
    unset req.http.Cookie;
    # A stale answer that vcl_hit refused.
    if (req.restarts > 0) {
        set req.grace = 0s;
    }
    return (hash);
}

sub vcl_hit {
    # The grace of an answer covers both `stale-while-revalidate` and `stale-if-error`. What is older
    # than the first is given only while Willay does not answer.
    if (obj.ttl + std.duration(obj.http.Stale, 0s) < 0s && std.healthy(req.backend_hint)
        && req.restarts == 0) {
        return (restart);
    }
}

sub vcl_backend_response {
    if (bereq.uncacheable) {
        return (deliver);
    }
    if (beresp.status >= 500 && bereq.is_bgfetch) {
        return (abandon);
    }
    # An answer that was made before the last purge is for those alone who asked before it.
    if (beresp.http.Cache-Control ~ "no-store|private"
        || (var.global_get("epoch")
            && (regsub(beresp.http.Willay-Sequence, "^\d+;", "") != var.global_get("epoch")
                || std.integer(regsub(beresp.http.Willay-Sequence, ";.*", ""), 0)
                    < std.integer(var.global_get("sequence"), 0)))) {
        set beresp.uncacheable = true;
        set beresp.ttl = 0s;
        return (deliver);
    }
    set beresp.http.xkey = beresp.http.Surrogate-Key;
    set beresp.grace = 0s;
    if (beresp.http.Cache-Control ~ "stale-while-revalidate=\d") {
        set beresp.http.Stale = regsub(beresp.http.Cache-Control, ".*stale-while-revalidate=(\d+).*", "\1s");
        set beresp.grace = std.duration(beresp.http.Stale, 0s);
    }
    if (beresp.http.Cache-Control ~ "stale-if-error=\d") {
        set beresp.http.Error-Stale = regsub(beresp.http.Cache-Control, ".*stale-if-error=(\d+).*", "\1s");
        if (std.duration(beresp.http.Error-Stale, 0s) > beresp.grace) {
            set beresp.grace = std.duration(beresp.http.Error-Stale, 0s);
        }
        unset beresp.http.Error-Stale;
    }
    # So that an answer can be asked for again by its tag.
    set beresp.keep = 1h;
    # These say how much one reader may still ask for.
    unset beresp.http.RateLimit;
    unset beresp.http.RateLimit-Policy;
}

sub vcl_deliver {
    unset resp.http.xkey;
    unset resp.http.Stale;
    set resp.http.X-Cache = obj.hits;
}
