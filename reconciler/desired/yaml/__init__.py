"""YAML read strictly with the place of everything, and values written as YAML."""
