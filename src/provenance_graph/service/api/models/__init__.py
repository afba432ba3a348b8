"""Routes of models: lists and search, profiles, disclosure, assessments, exports, reports, forms."""
