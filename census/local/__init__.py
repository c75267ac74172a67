"""The two commands on a bare machine: set-up, embedded PostgreSQL and Valkey, and the supervisor.

Nothing here is used where ``DATABASE_URL`` and ``REDIS_URL`` name real servers and a container platform
starts the processes; see ``docker-compose.yml`` for that.
"""
