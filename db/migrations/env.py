"""Alembic's entry: runs the numbered migrations on the connection that `db/database.py` hands over."""

from alembic import context

from db.schema import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transaction_per_migration=False,
)
context.run_migrations()
