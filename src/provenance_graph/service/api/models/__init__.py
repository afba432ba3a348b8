"""Routes of models: lists, search, profiles, disclosure, assessments, exports, forms."""
