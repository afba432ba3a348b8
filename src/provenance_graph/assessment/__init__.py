"""Assessment of models: rubrics, evidence levels and transparency scores, with their claims."""
