//! The connectors. One folder and one line each.

macro_rules! connectors {
    ($($module:ident :: $name:ident),* $(,)?) => {
        $(pub mod $module;)*
        /// All of them; everything that goes over connectors goes over this list.
        pub static ALL: &[&dyn connector::AnyConnector] = &[$(&$module::$name),*];
    };
}

connectors![
    hr_cloud::HrCloud,
    hr_cloud_employees::HrCloudEmployees,
    joinedly::Joinedly,
    chief_onboarding::ChiefOnboarding,
    jobma::Jobma,
    job_ring::JobRing,
    findem::Findem,
];

mod decisions;
mod entering;
mod hires;
mod profile;

#[cfg(test)]
mod conformance;
