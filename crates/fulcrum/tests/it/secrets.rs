//! Secrets are encrypted from the first start, and shown nowhere again.

use crate::world::on_both;
use db::Sql;

#[tokio::test]
async fn com_17_no_secret_stands_in_any_database_page_or_key_list() {
    on_both(async |w| {
        let key = w.key().await;
        let (_, token) = w.webhook().await;
        let hub = w.db("hub").await;
        let row = hub.row("select id, access_token, refresh_token, target_credential from connection", vec![]).await.unwrap().unwrap();
        let id = row.text("id").unwrap();
        let mut secrets = vec![key, token, ats::demo::PASSWORD.to_owned()];
        for (column, what) in [("access_token", "access_token"), ("refresh_token", "refresh_token"), ("target_credential", "target")] {
            let opened = w.vault.open_sealed(&format!("connection/{id}/{what}"), &row.text(column).unwrap()).unwrap();
            secrets.push(opened);
        }
        let credential: serde_json::Value = serde_json::from_str(&secrets.pop().unwrap()).unwrap();
        secrets.push(credential["customer_secret"].as_str().unwrap().to_owned());
        for side in ["hub", "ats", "partners"] {
            let db = w.db(side).await;
            let tables = match db.engine() {
                db::Engine::Sqlite => "select name from sqlite_master where type = 'table'",
                db::Engine::Postgres => "select tablename as name from pg_tables where schemaname = current_schema()",
            };
            for table in db.rows(tables, vec![]).await.unwrap() {
                let table = table.text("name").unwrap();
                let as_text = match db.engine() {
                    db::Engine::Sqlite => {
                        let columns = db.rows(&format!("select name from pragma_table_info('{table}')"), vec![]).await.unwrap();
                        let columns: Vec<String> = columns.iter().map(|c| format!("coalesce({}, '')", c.text("name").unwrap())).collect();
                        format!("select {} as line from {table}", columns.join(" || ' ' || "))
                    }
                    db::Engine::Postgres => format!("select row_to_json(t)::text as line from {table} t"),
                };
                for row in db.rows(&as_text, vec![]).await.unwrap() {
                    let line = row.text("line").unwrap();
                    for secret in &secrets {
                        assert!(!line.contains(secret.as_str()), "{side}.{table} holds a secret in the clear");
                    }
                }
            }
            db.close().await;
        }
        let mut olga = w.at_hub().await;
        for page in ["/connections".to_owned(), format!("/connections/{id}"), "/audit".to_owned()] {
            let (_, html) = olga.open(&page).await;
            assert!(secrets.iter().all(|s| !html.contains(s.as_str()) || s == ats::demo::PASSWORD), "{page}");
        }
    })
    .await;
}
